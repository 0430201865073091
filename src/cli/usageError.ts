/** A mistake of whoever typed the command, which one line explains. */
export class UsageError extends Error {}
