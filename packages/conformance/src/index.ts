/**
 * Programs that check Evenhour from outside. This version has the auditor; the simulator and the
 * black-box suite come next.
 *
 * @module
 */
export { type Audit, AuditError, audit, type Document, hashOf, type Json } from './auditor/audit.ts';
