/** What somebody else wrote: its direction is its own, and never that of what stands around it. */
export function Text({ children }: { readonly children: string }) {
  return <bdi>{children}</bdi>;
}
