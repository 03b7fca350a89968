// Package docker has no code: it is the folder of the images, the hub's values and the manifests of batch jobs, and its tests check them as far
// as that goes without a container engine. check.sh runs the images' build steps in a clean folder.
package docker
