import type { Reaction } from '../../meetings/messages.ts';
import { Reactions } from '../meeting/reactions.ts';
import { fromTemplate } from './parts.ts';
import { t } from './texts.ts';

/** `<reaction-bar>`: one button for each reaction. */
export class ReactionBar extends HTMLElement {
  /** Called with every press. */
  onReaction: (reaction: Reaction) => void = () => {};

  connect(): void {
    this.replaceChildren(
      ...Reactions.all.map((reaction) => {
        const button = document.createElement('button');
        button.type = 'button';
        button.className = 'reaction-button';
        button.setAttribute('aria-label', t(`reactions.${reaction}`));
        button.append(reactionSign(reaction));
        button.onclick = () => this.onReaction(reaction);
        return button;
      }),
    );
  }
}

/** The picture of a reaction. Drawn by us: not every computer has one of its own. */
export function reactionSign(reaction: Reaction): SVGElement {
  const sign = fromTemplate('reaction-signs', HTMLElement).querySelector(`[data-reaction="${reaction}"]`);
  if (sign instanceof SVGElement) return sign;
  throw new Error(`The page has no picture of the reaction "${reaction}".`);
}
