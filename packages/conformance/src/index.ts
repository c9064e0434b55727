/**
 * The auditor, for programs of others. The simulator is a command: `npm run sim`.
 *
 * @module
 */
export { type Audit, AuditError, audit, type Document, hashOf, type Json } from './auditor/audit.ts';
