package explain

import "resnetlab/resnetlib/models"

// flat lists the calls of modules in the order in which they compute, inner ones before the ones around them.
func flat(t *models.Traced) (all []*models.Traced) {
	for _, child := range t.Children {
		all = append(all, flat(child)...)
	}
	return append(all, t)
}
