#include "cli/tune_progress.h"

#include <stdio.h>

/* Why an algorithm can never be taken; nothing for the others. */
static void print_problem(FILE *out, const unet_candidate *candidate) {
  if (candidate->state == UNET_CANDIDATE_WRONG)
    fprintf(out, "; %s is wrong by %.1e and left out", candidate->algorithm, candidate->error);
  if (candidate->state == UNET_CANDIDATE_FAILED)
    fprintf(out, "; %s fails on this device and is left out", candidate->algorithm);
}

void unet_tune_progress_node(unet_tune_progress *progress, const unet_tuned_node *node) {
  const unet_candidate *winner = &node->candidates[node->winner], *rule = &node->candidates[node->rule];
  FILE *out = progress->out;
  fprintf(out, "%-52s%-10s%10.3f ms", node->key, winner->algorithm, winner->ms);
  if (winner != rule && rule->state == UNET_CANDIDATE_TIMED)
    fprintf(out, "; %s takes %.3f ms", rule->algorithm, rule->ms);
  if (rule->state == UNET_CANDIDATE_SLOW) fprintf(out, "; %s is far slower", rule->algorithm);
  for (size_t i = 0; i < node->n_candidates; i++) print_problem(out, &node->candidates[i]);
  fprintf(out, "\n");
  fflush(out);
  progress->nodes++;
  progress->changed += winner != rule;
}

void unet_tune_progress_end(const unet_tune_progress *progress, const char *path) {
  fprintf(progress->out,
          "%zu of %zu nodes are faster with another algorithm than the default; the tuning table is %s\n",
          progress->changed, progress->nodes, path);
}
