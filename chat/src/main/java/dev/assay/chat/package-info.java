/**
 * Roles that are played by language models, behind an API or on this machine, all through one face.
 *
 * <p>Read {@link dev.assay.chat.Roles} (who plays what), {@link dev.assay.chat.Chat} (how a role is asked),
 * {@link dev.assay.chat.ChatRequest} and {@link dev.assay.chat.Answer} (what goes in and comes out), and
 * {@link dev.assay.chat.Provider} (who answers).
 */
@NullMarked
package dev.assay.chat;

import org.jspecify.annotations.NullMarked;
