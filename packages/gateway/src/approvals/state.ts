import type { RecordRef } from '@lockstep/model/record';

/** Where an approval can be; the first two are open, the others final. */
export type ApprovalStatus = 'pending' | 'approved' | 'denied' | 'used' | 'expired' | 'void';

/** What is told of an approval to whoever asked for it. Times are ISO 8601. */
export interface ApprovalState {
  readonly id: string;
  /** What it is for, as rules name it: `files/write_file`. */
  readonly target: string;
  readonly state: ApprovalStatus;
  /** How many humans have approved, of the `quorum` that is wanted. */
  readonly have: number;
  readonly quorum: number;
  /** Roles of which an approver holds at least one. */
  readonly approvers: readonly string[];
  readonly requestedAt: string;
  /** Until when it can be decided and used. */
  readonly expiresAt: string;
  /** When it was denied, used, expired or voided. */
  readonly closedAt?: string;
  /** Why it was denied or voided. */
  readonly why?: string;
  /** Who denied it: the owner. */
  readonly deniedBy?: string;
  /** The record of the call that it let through. */
  readonly usedBy?: RecordRef;
  /** Denied: until when an identical call isn't asked about again. Used: until when it is answered with the record. */
  readonly pausedUntil?: string;
}

/** No approval was asked for. */
export type NotAsked = TooMany | TooLarge;

/** A principal has as many requests waiting as it may. */
export interface TooMany {
  readonly state: 'too many';
  readonly target: string;
  readonly pending: number;
  readonly most: number;
}

/** The arguments are more than a human can look through. */
export interface TooLarge {
  readonly state: 'too large';
  readonly target: string;
  /** Characters of the arguments' canonical JSON. */
  readonly length: number;
  readonly most: number;
}
