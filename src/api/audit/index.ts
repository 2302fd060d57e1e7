import { functionOf } from '../function-of.js';
import auditOperation from './audit.js';
import recordOperation from './record.js';
import verifyStatementOperation from './verify-statement.js';

/** Checks what provider, recorder and sites hand over; `audit.record` is `fedshot audit record`. */
export const audit = Object.assign(functionOf(auditOperation), {
  /**
   * Stands between provider and sites until `settings.signal` is aborted; counts bytes and keeps no
   * content. The event `ready` carries the address and the key to pin.
   */
  record: functionOf(recordOperation),
  /** Checks who signed the statement of an audit. The verdict in it may be any. */
  verifyStatement: functionOf(verifyStatementOperation),
});
