package io.github.prtbackup.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A point in time as people write it, in the time zone of this process unless they write another. */
final class Moment {
    private static final Pattern AGO = Pattern.compile("(\\d{1,6})([smhd])");
    private static final Pattern ZONED = Pattern.compile(".+T.+(Z|[+-]\\d\\d:\\d\\d)");

    private Moment() {}

    /** Reads the first moment of a time span: of a date, its beginning; of an hour that comes twice, the first. */
    static final class First implements ITypeConverter<Instant> {
        @Override
        public Instant convert(String value) {
            return read(value, LocalTime.MIN).withEarlierOffsetAtOverlap().toInstant();
        }
    }

    /** Reads the last moment of a time span: of a date, its end; of an hour that comes twice, the second. */
    static final class Last implements ITypeConverter<Instant> {
        @Override
        public Instant convert(String value) {
            return read(value, LocalTime.MAX).withLaterOffsetAtOverlap().toInstant();
        }
    }

    private static ZonedDateTime read(String value, LocalTime ofDate) {
        Matcher ago = AGO.matcher(value);
        if (ago.matches()) {
            // Not local: how long ago something was does not depend on what was done to the clocks.
            return Instant.now()
                    .minus(duration(Long.parseLong(ago.group(1)), ago.group(2)))
                    .atZone(ZoneId.of("UTC"));
        }
        try {
            String time = value.replace(' ', 'T');
            if (ZONED.matcher(time).matches()) {
                return OffsetDateTime.parse(time).toZonedDateTime();
            }
            LocalDateTime local =
                    time.length() <= 10 ? LocalDate.parse(time).atTime(ofDate) : LocalDateTime.parse(time);
            return local.atZone(ZoneId.systemDefault());
        } catch (DateTimeException e) {
            throw new TypeConversionException("'" + value
                    + "' is no time; write 2025-01-31, 2025-01-31T15:30, 2025-01-31T15:30:45, with +01:00 or Z behind it"
                    + " if it is not local, or how long ago: 90s, 30m, 2h, 7d");
        }
    }

    private static Duration duration(long number, String unit) {
        return switch (unit) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }
}
