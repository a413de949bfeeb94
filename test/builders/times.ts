/** The one moment that tests call now. */
export const NOW = new Date('2026-04-02T21:06:38.292Z');

export const later = (time: Date, ms: number): Date => new Date(time.getTime() + ms);
export const secondsAgo = (seconds: number): Date => later(NOW, -seconds * 1000);
export const secondsFromNow = (seconds: number): Date => later(NOW, seconds * 1000);
export const minutesAgo = (minutes: number): Date => secondsAgo(minutes * 60);
export const minutesFromNow = (minutes: number): Date => secondsFromNow(minutes * 60);
