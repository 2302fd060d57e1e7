export { exportStore, type Exported, type ExportOptions } from './export.js';
