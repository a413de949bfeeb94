/** For people who watch; the figures alone go to the standard output. */
export const tell = (text: string): void => void process.stderr.write(`${text}\n`);
