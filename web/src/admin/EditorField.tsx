import { Field } from "../ui";
import type { FieldProps } from "../ui/Field";
import type { Editor } from "./useEditor";

/** Names of an entry's texts. */
type TextOf<T> = { [K in keyof T]-?: T[K] extends string | null | undefined ? K : never }[keyof T];

interface EditorFieldProps<T> extends Omit<FieldProps, "value" | "onChange" | "error" | "name"> {
  editor: Editor<T>;
  name: TextOf<T>;
}

/** A text of the entry in the editor. It is about somebody else: the browser's own name and number do not belong there. */
export function EditorField<T>({ editor: { draft, change, fault }, name, ...rest }: EditorFieldProps<T>) {
  // What `TextOf` has made sure of and the compiler cannot follow: the entry has a text by that name.
  const value = draft[name] as string | null | undefined;
  const write = (text: string) => change({ [name]: text } as Partial<T>);
  return (
    <Field
      autoComplete="off"
      maxLength={rest.type === "tel" ? 40 : 200}
      {...rest}
      value={value ?? ""}
      onChange={write}
      error={fault(name)}
    />
  );
}
