/** A program's own list of its tasks, by which enqueues that name a type are checked. All of this file is public. */

/**
 * Empty until a program says what its types take, once, wherever it likes:
 *
 *     declare module "windlass" {
 *       interface TaskTypes {
 *         "email.send": { to: string; subject: string }; // the payload
 *         "card.charge": typeof charge; //                  or the task's definition
 *       }
 *     }
 *
 * From then on `enqueue("email.send", …)` is checked as an enqueue of the definition is, and a name that is not in it does
 * not compile. A name that is only known as `string` is not checked.
 */
export interface TaskTypes {}
