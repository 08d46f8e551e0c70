/* The loss of binary segmentation, from logits z and targets y, with p = sigmoid(z):
 *
 *   bce  = mean of max(z,0) - z y + log(1 + exp(-|z|))
 *   dice = (2 sum(y p) + 1) / (sum y + sum p + 1)        over the whole batch
 *   loss = bce_weight * bce + dice_weight * (1 - dice)
 *   dz   = bce_weight * (p - y) / count
 *        - dice_weight * (2 y (sum y + sum p + 1) - (2 sum(y p) + 1)) / (sum y + sum p + 1)^2 * p (1 - p)
 *
 * The op makes the four sums [bce, y p, y, p]; the loss itself is a few operations on the host. */
#include "ops/op.h"

enum { SUMS = 4 };

unet_value unet_bce_dice_loss(unet_graph *graph, unet_value logits, unet_value target, float bce_weight,
                              float dice_weight) {
  return unet_graph_add_node(graph, UNET_OP_BCE_DICE_LOSS,
                             (unet_value[]){logits, target, UNET_NO_VALUE, UNET_NO_VALUE},
                             &(unet_attributes){.bce_weight = bce_weight, .dice_weight = dice_weight});
}

static void infer_loss(unet_graph *graph, unet_node *node) {
  unet_shape z = unet_shape_of(graph, node->inputs[0]), y = unet_shape_of(graph, node->inputs[1]);
  if (z.n != y.n || z.c != 1 || y.c != 1 || z.h != y.h || z.w != y.w) {
    unet_graph_fail(graph, UNET_USAGE,
                    "bce_dice_loss: logits (%zu,%zu,%zu,%zu) and target (%zu,%zu,%zu,%zu) differ", z.n, z.c,
                    z.h, z.w, y.n, y.c, y.h, y.w);
    return;
  }
  unet_op_output(graph, node, 0, UNET_VALUE_SUMS, (unet_shape){1, 1, 1, SUMS});
}

static void differentiate_loss(unet_graph *graph, const unet_node *node, unet_value gradient) {
  (void)gradient; /* d loss / d loss = 1 */
  unet_value logits = node->inputs[0];
  unet_value dz = unet_graph_add_node(
      graph, UNET_OP_BCE_DICE_LOSS_GRAD,
      (unet_value[]){logits, node->inputs[1], node->outputs[0], UNET_NO_VALUE}, &node->attributes);
  if (dz != UNET_NO_VALUE) unet_graph_add_gradient(graph, logits, dz);
}

static void infer_loss_grad(unet_graph *graph, unet_node *node) {
  unet_op_output(graph, node, 0, UNET_VALUE_PLANES, unet_shape_of(graph, node->inputs[0]));
}

static unet_cost cost_loss(const unet_graph *graph, const unet_node *node) {
  return (unet_cost){.flops = 30.0 * (double)unet_elements(unet_shape_of(graph, node->inputs[0])),
                     .bytes = unet_op_traffic(graph, node)};
}

const unet_op unet_op_bce_dice_loss = {"bce_dice_loss", infer_loss, differentiate_loss, cost_loss};
const unet_op unet_op_bce_dice_loss_grad = {"bce_dice_loss_grad", infer_loss_grad, NULL, cost_loss};
