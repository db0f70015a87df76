package io.github.prtbackup.catalog;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import java.io.IOException;

/**
 * A parser that gives up behind a number of tokens, because each may take a hundred bytes of heap. Jackson has such a bound
 * itself since 2.18; the application may have an older one.
 */
final class BoundedParser extends JsonParserDelegate {
    private final long most;
    private long tokens;

    BoundedParser(JsonParser parser, long most) {
        super(parser);
        this.most = most;
    }

    @Override
    public JsonToken nextToken() throws IOException {
        tokens++;
        if (tokens > most) {
            throw new JsonParseException(this, "more than " + most + " tokens");
        }
        return super.nextToken();
    }
}
