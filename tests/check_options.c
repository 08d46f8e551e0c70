/* The command line: values, ranges, what is refused and with which remedy. */
#include <float.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check_main.h"
#include "cli/nearest.h"
#include "cli/options.h"

typedef struct values {
  const char *text;
  size_t size;
  uint64_t seed;
  int whole;
  double real, rate;
  bool flag;
} values;

static values v;
static const unet_option options[] = {{"text", UNET_OPTION_TEXT, &v.text, "T", "a text", 0, 0},
                                      {"size", UNET_OPTION_SIZE, &v.size, "N", "a size", 1, 100},
                                      {"seed", UNET_OPTION_SEED, &v.seed, "K", "a seed", 0, 0},
                                      {"whole", UNET_OPTION_INT, &v.whole, "I", "a number", -5, 5},
                                      {"real", UNET_OPTION_REAL, &v.real, "R", "a share", 0, 0.9},
                                      {"rate", UNET_OPTION_REAL, &v.rate, "R", "a rate", FLT_MIN, DBL_MAX},
                                      {"flag", UNET_OPTION_FLAG, &v.flag, NULL, "a flag", 0, 0}};
static const unet_command_line line = {.usage = "toy WORD [OPTIONS]",
                                       .about = "Toys.",
                                       .examples = "  unetcl toy x",
                                       .options = options,
                                       .n_options = sizeof options / sizeof *options,
                                       .max_words = 2};
static unet_words words;

enum { MOST = 12 };

/* Parses the arguments, separated by '|'. */
static unet_status parse(const char *text) {
  static char copy[256];
  char *argv[MOST + 2] = {"toy"};
  int argc = 1;
  snprintf(copy, sizeof copy, "%s", text);
  v = (values){.text = "default", .size = 7};
  for (char *next = *copy ? copy : NULL; next && argc <= MOST; argc++) {
    argv[argc] = next;
    next = strchr(next, '|');
    if (next) *next++ = '\0';
  }
  unet_words_free(&words);
  return unet_parse_command_line(&words, argc, argv, &line);
}

START_TEST(values_are_taken) {
  ck_unet_ok(parse(""));
  ck_assert_str_eq(v.text, "default");
  ck_assert_uint_eq(v.size, 7);
  ck_unet_ok(parse("--text|a b|--size=100|--seed|18446744073709551615|--whole=-5|--real|0.5|--flag"));
  ck_assert_str_eq(v.text, "a b");
  ck_assert_uint_eq(v.size, 100);
  ck_assert(v.seed == UINT64_MAX);
  ck_assert_int_eq(v.whole, -5);
  ck_assert(v.real == 0.5 && v.flag);
  ck_unet_ok(parse("--text=a=b|--rate=1e-3|--size|1|--size|2"));
  ck_assert_str_eq(v.text, "a=b");
  ck_assert_uint_eq(v.size, 2); /* the last one counts */
  ck_unet_ok(parse("--text|-"));
  ck_assert_str_eq(v.text, "-");
}
END_TEST

START_TEST(words_are_kept_in_order) {
  ck_unet_ok(parse("one|--flag|two"));
  ck_assert_uint_eq(words.count, 2);
  ck_assert_str_eq(words.items[0], "one");
  ck_assert_str_eq(words.items[1], "two");
  ck_unet_ok(parse("--|--flag|-"));
  ck_assert_uint_eq(words.count, 2);
  ck_assert_str_eq(words.items[0], "--flag");
  ck_assert(!v.flag);
  ck_unet_fails(parse("one|two|three"), UNET_USAGE, "'three' is one argument too many");
}
END_TEST

static const struct refusal {
  const char *arguments, *message;
} refusals[] = {{"--size|0", "--size 0 is out of range; use 1 to 100"},
                {"--size=101", "use 1 to 100"},
                {"--size|-1", "--size -1 is out of range; use 1 to 100"},
                {"--size|-x", "not a whole number"},
                {"--size|+1", "not a whole number"},
                {"--size| 1", "not a whole number"},
                {"--size|1.5", "not a whole number"},
                {"--size|0x10", "not a whole number"},
                {"--size|1e2", "not a whole number"},
                {"--size|99999999999999999999999", "not a whole number"},
                {"--size=", "--size '' is not a whole number"},
                {"--size", "--size needs a value: --size N"},
                {"--size|--flag", "--size needs a value"},
                {"--seed|18446744073709551616", "not a whole number"},
                {"--seed|-1", "use 0 or more"},
                {"--whole|6", "use -5 to 5"},
                {"--whole|0.5", "not a whole number"},
                {"--real|nan", "not a number"},
                {"--real|inf", "out of range"},
                {"--real|1e999", "out of range"},
                {"--real|0.5x", "not a number"},
                {"--real|", "not a number"},
                {"--real|-0.1", "use 0 to 0.9"},
                {"--rate|0", "--rate 0 is out of range; use a number above 0"},
                {"--real|20", "use 0 to 0.9 (20 % is 0.2)"},
                {"--text=", "not empty"},
                {"--flag=1", "takes no value"},
                {"--sise|3", "unknown option --sise; did you mean --size"},
                {"--sise=3", "unknown option --sise; did you mean --size"},
                {"--unheard-of", "see unetcl toy --help"},
                {"--=1", "unknown option --"},
                {"-s", "unknown option -s"}};

START_TEST(nonsense_is_refused) {
  ck_unet_fails(parse(refusals[_i].arguments), UNET_USAGE, refusals[_i].message);
  ck_assert_ptr_null(words.items);
}
END_TEST

START_TEST(too_few_words_are_refused) {
  char *argv[] = {"toy"};
  unet_command_line wanting = line;
  wanting.min_words = 1;
  ck_unet_fails(unet_parse_command_line(&words, 1, argv, &wanting), UNET_USAGE,
                "an argument is missing, WORD; usage: unetcl toy WORD [OPTIONS]");
}
END_TEST

/* Help comes even where the rest of the line is wrong, and tells each option with its default. */
START_TEST(help_tells_all) {
  static const char *const parts[] = {"usage: unetcl toy WORD",
                                      "Toys.",
                                      "--text T",
                                      "[default]",
                                      "--size N",
                                      "[7]",
                                      "--flag",
                                      "--help",
                                      "examples:",
                                      "  unetcl toy x"};
  char text[4096] = "";
  FILE *file = tmpfile();
  ck_assert_ptr_nonnull(file);
  fflush(stdout);
  int saved = dup(STDOUT_FILENO);
  dup2(fileno(file), STDOUT_FILENO);
  unet_status status = parse("--nonsense|--help");
  fflush(stdout);
  dup2(saved, STDOUT_FILENO);
  close(saved);
  ck_assert(status == UNET_OK && words.help);
  rewind(file);
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  fclose(file);
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    ck_assert_msg(strstr(text, parts[i]) != NULL, "no \"%s\" in:\n%s", parts[i], text);
}
END_TEST

START_TEST(names_far_from_all_others_are_not_guessed) {
  ck_assert_str_eq(unet_nearer_name("trian", 5, NULL, "train"), "train");
  ck_assert_str_eq(unet_nearer_name("trains", 6, "train", "bench"), "train");
  ck_assert_str_eq(unet_nearer_name("output", 6, "data", "out"), "out");
  ck_assert_str_eq(unet_nearer_name("augm", 4, NULL, "augment"), "augment");
  ck_assert_ptr_null(unet_nearer_name("xyz", 3, NULL, "train"));
  ck_assert_ptr_null(unet_nearer_name("", 0, NULL, "train"));
}
END_TEST

Suite *unet_test_suite(void) {
  Suite *suite = suite_create("options");
  TCase *all = unet_test_case(suite, "options", 10);
  tcase_add_test(all, values_are_taken);
  tcase_add_test(all, words_are_kept_in_order);
  tcase_add_loop_test(all, nonsense_is_refused, 0, (int)(sizeof refusals / sizeof *refusals));
  tcase_add_test(all, too_few_words_are_refused);
  tcase_add_test(all, help_tells_all);
  tcase_add_test(all, names_far_from_all_others_are_not_guessed);
  return suite;
}
