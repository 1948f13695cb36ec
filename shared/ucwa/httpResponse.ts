/** Any answer, whatever its status. */
export interface HttpResponse {
  readonly status: number;
  /** By lower-case name; a header that came several times is joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** Content-Type, or nothing. */
  readonly contentType: string;
  /** The body as UTF-8. What is beyond the size limit is cut off, so that it does not parse. */
  readonly text: string;
}
