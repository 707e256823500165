// Runs one row in a process of its own, so that no row inherits another's warm code or memory: forked by run.mjs.
const [name, quick] = process.argv.slice(2)
const { default: row } = await import(`./rows/${name}.mjs`)
process.send(await row({ quick: quick === 'quick' }), () => process.disconnect())
