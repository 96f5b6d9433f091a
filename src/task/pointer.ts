/** Where in the input something is: JSON pointers (RFC 6901). */

/** A name as a step of a pointer, with the slash before it. */
export function stepOf(name: string): string {
  return `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** A name that somebody else chose, as an error's `pointer`: itself, or a pointer where it could be taken for another. */
export function pointerTo(name: string): string {
  return name === "" || /[~/]/.test(name) ? stepOf(name) : name;
}
