import { hostPort, path, positiveInteger } from '../../shared/option.js';

/** What goes into a start-up kit, and where the kit goes. */
export const kitOptions = {
  address: hostPort('<host:port>').describe('where the site reaches the server; stands in the kit'),
  out: path('<dir>').describe('folder for the start-up kit; empty or absent'),
  days: positiveInteger().optional().describe('validity of the certificate (default 397)'),
};
