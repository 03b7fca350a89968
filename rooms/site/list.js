// The rooms, in the order in which the page lists them.

import { room as batchnorm } from "./rooms/batchnorm.js";
import { room as block } from "./rooms/block.js";
import { room as groups } from "./rooms/groups.js";
import { room as inside } from "./rooms/inside.js";
import { room as mates } from "./rooms/mates.js";
import { room as pictures } from "./rooms/pictures.js";
import { room as transfer } from "./rooms/transfer.js";
import { room as weights } from "./rooms/weights.js";

/** @type {import("./types.js").Room[]} */
export const rooms = [block, batchnorm, mates, groups, pictures, weights, transfer, inside];
