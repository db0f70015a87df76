/**
 * Which pages of a database changed since a position, and what they hold now. Internal.
 *
 * <p>One direction of error is the harmful one everywhere here: a changed page that is not reported is missing from every
 * later point. A page reported without need costs its size, and a needless {@code Lost} costs one comparison of all pages.
 */
package io.github.prtbackup.backup.pages;
