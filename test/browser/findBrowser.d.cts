/** The program of a Chromium; undefined where there is none. */
export declare function findBrowser(): string | undefined;
