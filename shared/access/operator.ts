/**
 * Operators: the people and programs that administer the bridge. They are no submitters, and their keys send nothing.
 */

/** What an operator may do, least first: look; decide on dead letters, suppressions and switches; change who may send. */
export const operatorRoles = ['viewer', 'operator', 'admin'] as const;
export type OperatorRole = (typeof operatorRoles)[number];

/** One entry of the register. */
export interface Operator {
  /** Unique, in the form of a submitter's name. */
  readonly name: string;
  readonly role: OperatorRole;
  readonly description?: string;
  /** Where it must come from, in CIDR form; absent or empty: from anywhere. */
  readonly networks?: readonly string[];
  readonly disabled: boolean;
  readonly expiresAt?: Date;
  readonly createdAt?: Date;
  readonly changedAt?: Date;
}

/** Whether a role may do what another role is needed for. */
export const mayActAs = (role: OperatorRole, needed: OperatorRole): boolean =>
  operatorRoles.indexOf(role) >= operatorRoles.indexOf(needed);
