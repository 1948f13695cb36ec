import { Component, type ComponentType, type FunctionComponent } from 'preact';

/** The component, drawn again only when one of its properties is another: one of many is not drawn because another one came. */
export function memo<Props extends object>(Drawn: FunctionComponent<Props>): ComponentType<Props> {
  return class extends Component<Props> {
    override shouldComponentUpdate(next: Readonly<Props>): boolean {
      const now: Readonly<Partial<Props>> = this.props;
      return (Object.keys(next) as (keyof Props)[]).some((key) => !Object.is(next[key], now[key]));
    }
    override render() {
      return <Drawn {...this.props} />;
    }
  };
}
