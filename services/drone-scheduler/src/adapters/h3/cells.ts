import { cellToLatLng, latLngToCell } from 'h3-js';
import type { Cells } from '../../app/ports.ts';

/** Edges of about half a kilometre: stations of a city lie in cells of their own. */
const resolution = 8;

/** Cells of the H3 grid. Their farthest corner is about 0.6 km from the middle; the rest is margin. */
export const h3Cells: Cells = {
  radiusM: 750,
  cellOf: ({ latitude, longitude }) => latLngToCell(latitude, longitude, resolution),
  centerOf(cell) {
    const [latitude, longitude] = cellToLatLng(cell);
    return { latitude, longitude };
  },
};
