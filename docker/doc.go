// Package docker has tests only. They check the images' Dockerfiles, the hub's values and the manifests of batch jobs as far as that is
// possible without a container engine. check.sh runs the images' build steps in a clean folder.
package docker
