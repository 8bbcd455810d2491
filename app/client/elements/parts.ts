/**
 * The element marked `data-part="NAME"` below this one.
 *
 * @throws Error when the page's markup lacks it: views and elements are out of step.
 */
export function part<Kind extends Element>(root: ParentNode, name: string, kind: new () => Kind): Kind {
  const found = root.querySelector(`[data-part="${name}"]`);
  if (found instanceof kind) return found;
  throw new Error(`The page has no ${kind.name} as part "${name}".`);
}

/**
 * A copy of the one element inside `<template id="NAME">`.
 *
 * @throws Error when the page's markup lacks it.
 */
export function fromTemplate<Kind extends Element>(id: string, kind: new () => Kind): Kind {
  const template = document.getElementById(id);
  const root = template instanceof HTMLTemplateElement ? template.content.firstElementChild : null;
  // importNode rather than cloneNode: custom elements inside are made at once.
  const copy = root && document.importNode(root, true);
  if (copy instanceof kind) return copy;
  throw new Error(`The page has no ${kind.name} in template "${id}".`);
}
