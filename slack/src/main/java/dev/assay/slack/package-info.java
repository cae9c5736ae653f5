/** A research workspace in threads of Slack. Slack's library is used in {@link dev.assay.slack.SlackWire} alone. */
@NullMarked
package dev.assay.slack;

import org.jspecify.annotations.NullMarked;
