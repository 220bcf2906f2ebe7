#include "json.h"

#include <stdlib.h>
#include <string.h>

/* Tables and lists may be nested so deep and no deeper, so that hostile text cannot use up the stack. */
enum { DEPTH = 32 };

typedef struct reader_t {
  text_t source;
  size_t at;
  /* What was expected where reading ended. */
  const char *expected;
} reader_t;

static bool fails(reader_t *reader, const char *expected) {
  reader->expected = expected;
  return false;
}

/* The next byte, or -1 at the end. */
static int peek(const reader_t *reader) {
  return reader->at < reader->source.len ? reader->source.ptr[reader->at] : -1;
}

static bool take(reader_t *reader, char wanted) {
  bool found = peek(reader) == wanted;
  reader->at += found;
  return found;
}

static void skip_blanks(reader_t *reader) {
  while (take(reader, ' ') || take(reader, '\t') || take(reader, '\n') || take(reader, '\r')) {
  }
}

static bool hex(reader_t *reader, uint32_t *code) {
  *code = 0;
  for (int digits = 0; digits < 4; digits++) {
    int byte = peek(reader);
    int digit = byte >= '0' && byte <= '9'   ? byte - '0'
                : byte >= 'a' && byte <= 'f' ? byte - 'a' + 10
                : byte >= 'A' && byte <= 'F' ? byte - 'A' + 10
                                             : -1;
    if (digit < 0) {
      return fails(reader, "four hexadecimal digits");
    }
    *code = *code * 16 + (uint32_t)digit;
    reader->at++;
  }
  return true;
}

static void add_character(builder_t *builder, uint32_t code) {
  uint8_t bytes[4];
  size_t length;
  if (code < 0x80) {
    bytes[0] = (uint8_t)code, length = 1;
  } else if (code < 0x800) {
    bytes[0] = (uint8_t)(0xc0 | code >> 6), length = 2;
  } else if (code < 0x10000) {
    bytes[0] = (uint8_t)(0xe0 | code >> 12), length = 3;
  } else {
    bytes[0] = (uint8_t)(0xf0 | code >> 18), length = 4;
  }
  for (size_t at = 1; at < length; at++) {
    bytes[at] = (uint8_t)(0x80 | (code >> (6 * (length - 1 - at)) & 0x3f));
  }
  builder_add(builder, (text_t){bytes, length});
}

static bool escape(reader_t *reader, builder_t *text) {
  static const char plain[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
  for (size_t at = 0; plain[at]; at++) {
    if (take(reader, plain[at])) {
      builder_add(text, (text_t){(uint8_t *)&meant[at], 1});
      return true;
    }
  }
  uint32_t code, second;
  if (!take(reader, 'u')) {
    return fails(reader, "an escape such as `\\n`");
  }
  if (!hex(reader, &code)) {
    return false;
  }
  if (code >= 0xd800 && code < 0xdc00) {
    /* Characters past 16 bits are written as two halves. */
    if (!take(reader, '\\') || !take(reader, 'u') || !hex(reader, &second) || second < 0xdc00 || second >= 0xe000) {
      return fails(reader, "the second half of a character");
    }
    code = 0x10000 + ((code - 0xd800) << 10) + (second - 0xdc00);
  } else if (code >= 0xdc00 && code < 0xe000) {
    return fails(reader, "a character");
  }
  add_character(text, code);
  return true;
}

static bool read_text(reader_t *reader, text_t *text) {
  builder_t builder = {0};
  if (!take(reader, '"')) {
    return fails(reader, "`\"`");
  }
  for (;;) {
    int byte = peek(reader);
    bool good = byte >= 0x20 || fails(reader, "`\"`");
    if (good && take(reader, '"')) {
      *text = builder.text;
      return true;
    }
    if (good && take(reader, '\\')) {
      good = escape(reader, &builder);
    } else if (good) {
      builder_add(&builder, (text_t){reader->source.ptr + reader->at++, 1});
    }
    if (!good) {
      free(builder.text.ptr);
      return false;
    }
  }
}

/* Passes digits; `behind` is how many places each stands further behind the point than the one before it. */
static bool digits(reader_t *reader, uint64_t *whole, int *exponent, int behind) {
  size_t start = reader->at;
  for (int byte; (byte = peek(reader)) >= '0' && byte <= '9'; reader->at++) {
    if (*whole <= (UINT64_MAX - 9) / 10) {
      *whole = *whole * 10 + (uint64_t)(byte - '0');
      *exponent -= behind;
    } else {
      *exponent += 1 - behind;
    }
  }
  return reader->at > start || fails(reader, "a digit");
}

static bool read_number(reader_t *reader, double *number) {
  bool negative = take(reader, '-'), leading_zero = peek(reader) == '0';
  size_t start = reader->at;
  uint64_t whole = 0, power = 0;
  int exponent = 0, unused = 0;
  if (!digits(reader, &whole, &exponent, 0)) {
    return false;
  }
  if (leading_zero && reader->at - start > 1) {
    return fails(reader, "no 0 in front");
  }
  if (take(reader, '.') && !digits(reader, &whole, &exponent, 1)) {
    return false;
  }
  if (take(reader, 'e') || take(reader, 'E')) {
    bool down = take(reader, '-');
    (void)(down || take(reader, '+'));
    if (!digits(reader, &power, &unused, 0)) {
      return false;
    }
    int places = power > 9999 ? 9999 : (int)power;
    exponent += down ? -places : places;
  }
  /* Past 400 places everything is zero or infinite. Dividing by one power is exact where multiplying by tenths is
   * not. */
  double scale = 1;
  int places = exponent < 0 ? -exponent : exponent;
  for (int place = 0; place < places && place < 400; place++) {
    scale *= 10;
  }
  double value = (double)whole;
  value = whole == 0 ? 0 : exponent < 0 ? value / scale : value * scale;
  *number = negative ? -value : value;
  return true;
}

static bool read_word(reader_t *reader, const char *word) {
  if (!text_starts_with(text_from(reader->source, reader->at), text_of(word))) {
    return fails(reader, word);
  }
  reader->at += strlen(word);
  return true;
}

static bool read_value(reader_t *reader, json_t *value, int depth);

/* Makes room for one more value, which is nothing yet. */
static json_t *add_item(json_t *value) {
  /* In steps of powers of two. */
  if ((value->count & (value->count - 1)) == 0) {
    size_t room = value->count ? value->count * 2 : 1;
    value->items = realloc(value->items, room * sizeof *value->items);
    value->names = realloc(value->names, room * sizeof *value->names);
    if (!value->items || !value->names) {
      abort();
    }
  }
  value->names[value->count] = (text_t){0};
  json_t *item = &value->items[value->count++];
  *item = (json_t){0};
  return item;
}

static bool read_items(reader_t *reader, json_t *value, int depth) {
  bool table = value->kind == JSON_TABLE;
  char end = table ? '}' : ']';
  reader->at++;
  skip_blanks(reader);
  if (take(reader, end)) {
    return true;
  }
  do {
    json_t *item = add_item(value);
    if (table) {
      skip_blanks(reader);
      size_t start = reader->at;
      text_t *name = &value->names[value->count - 1];
      if (!read_text(reader, name)) {
        return false;
      }
      for (size_t other = 0; other + 1 < value->count; other++) {
        if (text_equal(value->names[other], *name)) {
          reader->at = start;
          return fails(reader, "another name than one that was there before");
        }
      }
      skip_blanks(reader);
      if (!take(reader, ':')) {
        return fails(reader, "`:`");
      }
    }
    if (!read_value(reader, item, depth)) {
      return false;
    }
    skip_blanks(reader);
  } while (take(reader, ','));
  return take(reader, end) || fails(reader, table ? "`,` or `}`" : "`,` or `]`");
}

static bool read_value(reader_t *reader, json_t *value, int depth) {
  skip_blanks(reader);
  int byte = peek(reader);
  switch (byte) {
  case '{':
  case '[':
    value->kind = byte == '{' ? JSON_TABLE : JSON_LIST;
    return depth > 0 ? read_items(reader, value, depth - 1) : fails(reader, "less nesting");
  case '"':
    value->kind = JSON_TEXT;
    return read_text(reader, &value->text);
  case 't':
  case 'f':
    value->kind = JSON_TRUTH;
    value->number = byte == 't';
    return read_word(reader, byte == 't' ? "true" : "false");
  case 'n':
    return read_word(reader, "null");
  default:
    if (byte == '-' || (byte >= '0' && byte <= '9')) {
      value->kind = JSON_NUMBER;
      return read_number(reader, &value->number);
    }
    return fails(reader, "a value");
  }
}

/* A number in decimal, at the end of a buffer; answers where it begins. */
static const char *decimal(size_t number, char buffer[24]) {
  char *at = buffer + 23;
  *at = 0;
  do {
    *--at = (char)('0' + number % 10);
  } while (number /= 10);
  return at;
}

bool json_read(text_t source, json_t *value, text_t *error) {
  reader_t reader = {source, 0, NULL};
  *value = (json_t){0};
  bool good = read_value(&reader, value, DEPTH);
  if (good) {
    skip_blanks(&reader);
    good = reader.at == source.len || fails(&reader, "nothing more");
  }
  if (good) {
    return true;
  }
  json_free(value);
  char place[24];
  return refuse(error, reader.expected, " was expected at byte ", decimal(reader.at, place), NULL);
}

void json_free(json_t *value) {
  for (size_t at = 0; at < value->count; at++) {
    json_free(&value->items[at]);
    free(value->names[at].ptr);
  }
  free(value->items);
  free(value->names);
  free(value->text.ptr);
  *value = (json_t){0};
}

const json_t *json_field(const json_t *table, const char *name) {
  for (size_t at = 0; at < table->count; at++) {
    if (text_is(table->names[at], name)) {
      return &table->items[at];
    }
  }
  return NULL;
}

const char *json_says(const json_t *value) {
  static const char *const words[] = {"null", "a truth value", "a number", "text", "a list", "a table"};
  return words[value->kind];
}
