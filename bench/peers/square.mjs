export default (n) => n * n
