export { firstAuthority, initSites, readAuthorities, sitesDir } from './authority.js';
export {
  addSitesAuthority,
  listSitesAuthorities,
  removeSitesAuthority,
  useSitesAuthority,
  type SitesAuthority,
} from './rotate.js';
export type { Enrolled, KitRequest, Office } from './certify.js';
export { addSite, approveRequest, renewSite, type Approved } from './enrol.js';
export { requestCertificate, type RequestFiles } from './request.js';
export { listSites, revokeSite, type SiteStatus } from './status.js';
export { siteWarnings } from './warnings.js';
