/** A UUID in canonical form that is the same for the same number. */
export const aUuid = (number: number): string =>
  `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

export const CHAT = aUuid(1);
export const OTHER_CHAT = aUuid(2);
export const SESSION = aUuid(1001);
