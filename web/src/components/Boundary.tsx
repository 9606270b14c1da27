import { Component, type CSSProperties, type ErrorInfo, type ReactNode } from "react";
import i18next from "i18next";
import { Shape } from "./Icon";

interface Props {
  title: string;
  /** With a new key the part is tried again. */
  resetKey: string;
  /** The frame in which the refusal stands, for a part that has one of its own. */
  frame?: { className: string; style?: CSSProperties };
  children: ReactNode;
}

/** A part that cannot be drawn says so and leaves the rest of the page alone. */
export class Boundary extends Component<Props, { failed: string | null }> {
  override state = { failed: null as string | null };

  static getDerivedStateFromError(): { failed: string } {
    return { failed: "now" };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(`castanea: "${this.props.title}" could not be drawn`, error, info.componentStack);
  }

  override componentDidUpdate(previous: Props): void {
    if (this.state.failed && previous.resetKey !== this.props.resetKey) this.setState({ failed: null });
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    const said = (
      <div className="mid" role="alert">
        <span className="say"><span className="t-critical"><Shape level="critical" /></span>{i18next.t("state.not_drawn", { title: this.props.title })}</span>
        <button type="button" className="btn small" onClick={() => this.setState({ failed: null })}>{i18next.t("state.retry")}</button>
      </div>
    );
    return this.props.frame ? <section {...this.props.frame} aria-label={this.props.title}>{said}</section> : said;
  }
}
