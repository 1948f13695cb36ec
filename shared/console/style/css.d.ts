/** The build puts style sheets that a module imports into one file. */
declare module '*.css';
