/**
 * `delay`: carries the request out late. `hang`: never answers. `refuse`: drops the connection unheard. `lose-answer`:
 * carries the request out and drops the connection instead of answering. `cut-answer`: breaks off in the middle of the
 * answer. `blank-address`: tells of containers that have no address. A number: answers with that status and carries
 * nothing out.
 */
export type Fault = 'delay' | 'hang' | 'refuse' | 'lose-answer' | 'cut-answer' | 'blank-address' | number;
