/** The version of package.json, which is not beside the code once it is built; a test compares them. */
export const VERSION = '0.1.0';
