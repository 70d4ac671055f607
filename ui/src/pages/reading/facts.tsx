import type { ReactNode } from "react";
import styles from "./reading.module.css";

/** Names and what they are. */
export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className={styles["facts"]}>{children}</dl>;
}

/** One of them; nothing where there is nothing to say. */
export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  if (children === null) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd className="breaks">{children}</dd>
    </div>
  );
}
