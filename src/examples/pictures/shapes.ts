/** Outlines as SVG paths in a square from −1 to 1; the names are the classes, in their order. */
export const SHAPES: Readonly<Record<string, string>> = {
  arrow: 'M-1,-.3 H.1 V-.8 L1,0 L.1,.8 V.3 H-1 Z',
  crescent: 'M.5,-.86 A1,1 0 1 0 .5,.86 A.86,.86 0 0 1 .5,-.86 Z',
  cross: 'M-.33,-1 H.33 V-.33 H1 V.33 H.33 V1 H-.33 V.33 H-1 V-.33 H-.33 Z',
  disc: 'M-.9,0 A.9,.9 0 1 0 .9,0 A.9,.9 0 1 0 -.9,0 Z',
  drop: 'M0,-1 C.25,-.45 .7,-.1 .7,.35 A.7,.65 0 0 1 -.7,.35 C-.7,-.1 -.25,-.45 0,-1 Z',
  heart:
    'M0,.95 C-1.5,-.1 -.9,-1.05 -.35,-.85 Q-.1,-.75 0,-.5 Q.1,-.75 .35,-.85 C.9,-1.05 1.5,-.1 0,.95 Z',
  ring: 'M-1,0 A1,1 0 1 0 1,0 A1,1 0 1 0 -1,0 Z M-.5,0 A.5,.5 0 1 1 .5,0 A.5,.5 0 1 1 -.5,0 Z',
  square: 'M-.82,-.82 H.82 V.82 H-.82 Z',
  star: star(5, 1, 0.42),
  triangle: 'M0,-.95 L.95,.75 L-.95,.75 Z',
};

function star(points: number, outer: number, inner: number): string {
  const corners = Array.from({ length: 2 * points }, (_, i) => {
    const radius = i % 2 === 0 ? outer : inner;
    const angle = (Math.PI * i) / points;
    return `${(radius * Math.sin(angle)).toFixed(3)},${(-radius * Math.cos(angle)).toFixed(3)}`;
  });
  return `M${corners.join(' L')} Z`;
}
