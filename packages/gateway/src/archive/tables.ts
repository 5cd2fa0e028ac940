/** A stretch of one epoch's records that goes to the archive as one object. */
export interface ArchiveSegmentRow {
  /** Bucket and prefix: an audit that moves to another place begins anew there, and is whole. */
  destination: string;
  writer: string;
  epoch: number;
  /** Places of its first and last record. */
  first: number;
  last: number;
  /** When its end was decided. It stays as it is from then on, so that sending it twice changes nothing. */
  closed_at: number;
  /** When the archive had it; null until then. */
  sent_at: number | null;
}

export interface ArchiveTables {
  archive_segments: ArchiveSegmentRow;
}
