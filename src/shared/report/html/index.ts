export type {
  Confusion,
  EpochReport,
  ReportModel,
  RunReport,
  SampleReport,
  SiteReport,
} from './model.js';
export { renderReport } from './report.js';
