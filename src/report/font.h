/* The letters of the figures. */
#ifndef UNETCL_REPORT_FONT_H
#define UNETCL_REPORT_FONT_H

/* The strokes of a letter on a grid 4 wide: capital height from y = 0 down to the base line at 6, small
 * letters from 2, descenders to 8. Each pair of digits is a point (x, y); points in a row are joined, a
 * blank lifts the pen, a lone point is a dot. Capitals are drawn small; a letter that the font lacks is a
 * dot, a blank is "". */
const char *unet_font_strokes(char letter);

#endif
