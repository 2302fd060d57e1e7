export { initSites, sitesDir } from './authority.js';
export {
  addSite,
  approveRequest,
  listSites,
  renewSite,
  requestCertificate,
  revokeSite,
  type Enrolled,
  type KitRequest,
  type Office,
  type RequestFiles,
  type SiteStatus,
} from './enrol.js';
