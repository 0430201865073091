/**
 * What kind of thing an object is, for checkpoints, tables and messages: its class's own `static kind`, or the class's name where it
 * has none. Minifiers change names with every build, and leave `kind` as it is: who keeps checkpoints of a class of their own
 * (an optimizer, a schedule) gives it one.
 */
export function kindOf(object: object): string {
  const type = object.constructor as unknown as { readonly kind: string; readonly name: string };
  return Object.hasOwn(type, 'kind') ? type.kind : type.name;
}
