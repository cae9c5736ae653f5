package dev.assay.slack;

import com.slack.api.Slack;
import com.slack.api.SlackConfig;
import com.slack.api.bolt.App;
import com.slack.api.bolt.AppConfig;
import com.slack.api.bolt.socket_mode.SocketModeApp;
import com.slack.api.methods.MethodsClient;
import com.slack.api.methods.SlackApiException;
import com.slack.api.methods.SlackApiTextResponse;
import com.slack.api.methods.SlackFilesUploadV2Exception;
import com.slack.api.model.event.AppMentionEvent;
import com.slack.api.socket_mode.SocketModeClient;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/** The line to Slack: socket mode for what comes in, the Web API for what goes out. */
final class SlackWire implements AutoCloseable {
    private final Slack slack;
    private final MethodsClient methods;
    private final SocketModeApp socket;

    /**
     * Connects.
     *
     * @param heard is told of each mention; may be called by several threads
     * @throws SlackException if a token is refused or Slack can't be reached
     */
    SlackWire(SlackDesk.Settings settings, Consumer<Mention> heard) {
        var config = new SlackConfig();
        config.setStatsEnabled(false);
        settings.api().ifPresent(config::setMethodsEndpointUrlPrefix);
        this.slack = Slack.getInstance(config);
        this.methods = slack.methods(settings.botToken());
        try {
            accepted("auth.test", methods.authTest(r -> r));
            var app = new App(AppConfig.builder()
                    .slack(slack)
                    .singleTeamBotToken(settings.botToken())
                    .build());
            app.event(AppMentionEvent.class, (event, context) -> {
                heard.accept(mention(event.getEvent()));
                return context.ack();
            });
            this.socket = new SocketModeApp(settings.appToken(), SocketModeClient.Backend.JavaWebSocket, app);
            socket.startAsync();
        } catch (SlackException e) {
            throw e;
        } catch (Exception e) {
            throw new SlackException(
                    "Slack can't be reached or refuses (" + e.getMessage() + "): check SLACK_APP_TOKEN (xapp-…, with"
                            + " connections:write) and SLACK_BOT_TOKEN (xoxb-…), and that socket mode is on",
                    e);
        }
    }

    private static Mention mention(AppMentionEvent e) {
        String thread = Optional.ofNullable(e.getThreadTs()).orElse(e.getTs());
        return new Mention(
                e.getChannel(),
                thread,
                e.getTs(),
                Optional.ofNullable(e.getUser()).orElse(""),
                e.getText());
    }

    /**
     * Says something.
     *
     * @param thread none for the channel itself
     * @return the thread that it is in or begins
     */
    String say(String channel, Optional<String> thread, String text) {
        try {
            var answer = methods.chatPostMessage(r -> {
                thread.ifPresent(r::threadTs);
                return r.channel(channel).text(text);
            });
            accepted("chat.postMessage", answer);
            return thread.orElse(answer.getTs());
        } catch (IOException | SlackApiException e) {
            throw new SlackException("nothing can be said in " + channel + " (" + e.getMessage() + ")", e);
        }
    }

    void upload(String channel, String thread, String title, String name, byte[] file) {
        try {
            accepted(
                    "files.upload",
                    methods.filesUploadV2(r -> r.channel(channel)
                            .threadTs(thread)
                            .title(title)
                            .filename(name)
                            .fileData(file)
                            .requestFileInfo(false)));
        } catch (SlackFilesUploadV2Exception e) {
            e.getGetURLResponses().forEach(r -> accepted("files.getUploadURLExternal", r));
            throw new SlackException("Slack refuses to take " + name, e);
        } catch (IOException | SlackApiException e) {
            throw new SlackException(name + " can't be sent to " + channel + " (" + e.getMessage() + ")", e);
        }
    }

    private static void accepted(String method, SlackApiTextResponse answer) {
        if (!answer.isOk())
            throw new SlackException("Slack refuses " + method + ": " + answer.getError()
                    + (answer.getNeeded() == null ? "" : "; give the app the scope " + answer.getNeeded()));
    }

    @Override
    public void close() {
        try {
            socket.close();
            slack.close();
        } catch (Exception e) {
            throw new SlackException("the line to Slack can't be closed (" + e.getMessage() + ")", e);
        }
    }
}
