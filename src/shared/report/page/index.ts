export { html, Markup } from './html.js';
export { page } from './page.js';
