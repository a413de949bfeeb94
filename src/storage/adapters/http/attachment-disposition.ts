/** What RFC 8187 takes as it is in a parameter with a character set, and `encodeURIComponent` leaves besides. */
const TO_ENCODE = /['()*]/g;

const percent = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

/**
 * The `Content-Disposition` of a download (RFC 6266). Always with both parameters: `filename*` has the name exactly, for
 * whoever knows it; `filename` has it in ASCII, with `?` for each character that is none.
 * @param name one that an attachment may have: no control characters, no lone surrogates
 */
export function attachmentDisposition(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]/gu, '?').replace(/["\\]/g, '\\$&');
  const exact = encodeURIComponent(name).replace(TO_ENCODE, percent);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${exact}`;
}
