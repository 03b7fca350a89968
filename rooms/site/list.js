// The rooms, in the order in which the page lists them.

import { room as groups } from "./rooms/groups.js";
import { room as inside } from "./rooms/inside.js";

/** @type {import("./types.js").Room[]} */
export const rooms = [groups, inside];
