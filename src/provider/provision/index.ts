export { firstAuthority, initSites, readAuthorities, sitesDir } from './authority.js';
export {
  addSitesAuthority,
  listSitesAuthorities,
  removeSitesAuthority,
  useSitesAuthority,
  type SitesAuthority,
} from './rotate.js';
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
export { siteWarnings } from './warnings.js';
