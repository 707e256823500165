// Private members that a compiler has lowered: a WeakMap for each field, a WeakSet for each group of methods.

type Any = any

const own = (member: WeakMap<object, Any> | WeakSet<object>, self: object): void => {
  if (!member.has(self)) throw new TypeError('Cannot access a private member of an object whose class did not declare it')
}
export const privateAdd = (self: object, member: Any, value: unknown): void => {
  if (member.has(self)) throw new TypeError('Cannot add the same private member more than once')
  if (member instanceof WeakSet) member.add(self)
  else member.set(self, value)
}
export const privateGet = (self: object, member: Any, getter?: () => unknown): unknown => {
  own(member, self)
  return getter ? getter.call(self) : member.get(self)
}
export const privateSet = (self: object, member: Any, value: unknown, setter?: (value: unknown) => void): unknown => {
  own(member, self)
  if (setter) setter.call(self, value)
  else member.set(self, value)
  return value
}
export const privateMethod = (self: object, member: Any, method: unknown): unknown => {
  own(member, self)
  return method
}
// TypeScript tells by `kind` whether a field (f), a method (m) or an accessor (a) is meant.
export const classPrivateGet = (self: object, member: Any, kind: string, fn?: Any): unknown =>
  kind === 'm' ? privateMethod(self, member, fn) : privateGet(self, member, kind === 'a' ? fn : undefined)
export const classPrivateSet = (self: object, member: Any, value: unknown, kind: string, fn?: Any): unknown =>
  privateSet(self, member, value, kind === 'a' ? fn : undefined)
// SWC keeps a property descriptor for each field.
export const swcPrivateGet = (self: object, member: WeakMap<object, PropertyDescriptor>): unknown => {
  own(member, self)
  const descriptor = member.get(self)!
  return descriptor.get ? descriptor.get.call(self) : descriptor.value
}
export const swcPrivateSet = (self: object, member: WeakMap<object, PropertyDescriptor>, value: unknown): unknown => {
  own(member, self)
  const descriptor = member.get(self)!
  if (descriptor.set) descriptor.set.call(self, value)
  else if (descriptor.writable) descriptor.value = value
  else throw new TypeError('Cannot write to a private member that is read-only')
  return value
}
