package io.github.prtbackup.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A point in time as people write it. */
final class Moment {
    private static final Pattern AGO = Pattern.compile("(\\d{1,6})([smhd])");

    private Moment() {}

    /** Reads the first moment of a time span: of a date, its beginning. */
    static final class First implements ITypeConverter<LocalDateTime> {
        @Override
        public LocalDateTime convert(String value) {
            return read(value, LocalTime.MIN);
        }
    }

    /** Reads the last moment of a time span: of a date, its end. */
    static final class Last implements ITypeConverter<LocalDateTime> {
        @Override
        public LocalDateTime convert(String value) {
            return read(value, LocalTime.MAX);
        }
    }

    private static LocalDateTime read(String value, LocalTime ofDate) {
        Matcher ago = AGO.matcher(value);
        if (ago.matches()) {
            long number = Long.parseLong(ago.group(1));
            return LocalDateTime.now(ZoneId.systemDefault())
                    .minus(
                            switch (ago.group(2)) {
                                case "s" -> Duration.ofSeconds(number);
                                case "m" -> Duration.ofMinutes(number);
                                case "h" -> Duration.ofHours(number);
                                default -> Duration.ofDays(number);
                            });
        }
        try {
            return value.length() <= 10
                    ? LocalDate.parse(value).atTime(ofDate)
                    : LocalDateTime.parse(value.replace(' ', 'T'));
        } catch (DateTimeException e) {
            throw new TypeConversionException("'" + value
                    + "' is no time; write 2025-01-31, 2025-01-31T15:30, 2025-01-31T15:30:45, or how long ago: 90s, 30m,"
                    + " 2h, 7d");
        }
    }
}
